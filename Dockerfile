# The image of every process of a real deployment: web, worker, beat and the one-shot set-up. See docker-compose.yml.

FROM python:3.12-slim AS build
WORKDIR /app
# First what changes rarely: packages of both worlds, pinned by hashed lock files; Node comes as a Python package.
COPY pyproject.toml requirements.lock requirements-uv.lock requirements-node.lock package.json package-lock.json .npmrc ./
COPY scripts/setup.py scripts/assets.py scripts/
COPY cdp/web/icons.txt cdp/web/
RUN python scripts/setup.py
COPY . .
RUN python scripts/setup.py && rm -rf node_modules .venv-node

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin cdp \
    && install --directory --owner=cdp --group=cdp --mode=0750 /var/lib/cdp
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CDP_VAR=/var/lib/cdp DJANGO_SETTINGS_MODULE=cdp.settings
USER cdp
VOLUME /var/lib/cdp
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "16", "--no-ws", "--respawn-failed-workers", "--log-level", "warning", "cdp.wsgi:application"]
