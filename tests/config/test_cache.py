import pytest

from config.cache import ForgivingRedisCache


@pytest.fixture
def cache(spare_redis):
    return ForgivingRedisCache(
        spare_redis.url, {"KEY_PREFIX": "test", "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1}}
    )


def test_cache_keeps_values(cache):
    cache.set("colour", "pine")

    assert (cache.get("colour"), cache.incr("visits") if cache.add("visits", 1) else None) == ("pine", 2)


def test_cache_is_merely_empty_while_redis_is_down(cache, spare_redis):
    cache.set("colour", "pine")
    spare_redis.kill()

    answers = [
        cache.get("colour", "unknown"),
        cache.set("colour", "oat"),
        cache.add("colour", "oat"),
        cache.get_many(["colour"]),
        cache.set_many({"colour": "oat"}),
        cache.delete("colour"),
        cache.has_key("colour"),
        cache.touch("colour"),
        cache.incr("visits"),
    ]

    assert answers == ["unknown", None, True, {}, [], False, False, False, 1]


def test_cache_works_again_once_redis_does(cache, spare_redis):
    cache.pause_seconds = 0
    spare_redis.kill()
    cache.get("colour")

    spare_redis.start()
    cache.set("colour", "pine")

    assert cache.get("colour") == "pine"
