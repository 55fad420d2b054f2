"""The cache of the site."""

import logging
import time

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """A Redis cache that is merely empty while Redis is down.

    After a failure it does not try again for some seconds, so that a Redis that hangs slows one page and not all.
    """

    pause_seconds = 5.0

    def __init__(self, server, params):
        super().__init__(server, params)
        self._resumes_at = 0.0

    def _attempt(self, operation, fallback):
        if time.monotonic() < self._resumes_at:
            return fallback
        try:
            return operation()
        except (RedisError, OSError) as error:
            self._resumes_at = time.monotonic() + self.pause_seconds
            logger.warning("The cache does not answer: %s", type(error).__name__)
            return fallback

    def add(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).add(*args, **kwargs), True)

    def get(self, key, default=None, version=None):
        return self._attempt(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).touch(*args, **kwargs), False)

    def delete(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).delete(*args, **kwargs), False)

    def get_many(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).get_many(*args, **kwargs), {})

    def set_many(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).set_many(*args, **kwargs), [])

    def delete_many(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).delete_many(*args, **kwargs), None)

    def has_key(self, *args, **kwargs):
        return self._attempt(lambda: super(ForgivingRedisCache, self).has_key(*args, **kwargs), False)

    def incr(self, key, delta=1, version=None):
        return self._attempt(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta)

    def clear(self):
        return self._attempt(lambda: super(ForgivingRedisCache, self).clear(), False)
