# One image for the web server, the worker and beat.

FROM node:22-slim AS assets
WORKDIR /portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev
COPY bin/build-assets.mjs bin/
COPY static static
RUN npm run build

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /portal --shell /usr/sbin/nologin portal \
    && install --directory --owner portal /srv/media /srv/static
WORKDIR /portal
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
COPY --from=assets /portal/static/build static/build
# collectstatic reads the settings but no database; these addresses exist in this one step only.
RUN DATABASE_URL=postgresql://build/build REDIS_URL=redis://build DEBUG=0 STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .
ENV DJANGO_SETTINGS_MODULE=config.settings PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
