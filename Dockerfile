# The one image of gongkai: Airflow with the Celery and FAB providers, the package, the DAGs and the plugin.
# PostgreSQL and the S3 server of the local mode are not in it; in production they are services of their own.
ARG PYTHON=python:3.11.15-slim-trixie

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements-production.txt /tmp/
RUN /opt/venv/bin/pip install --no-deps --require-hashes --only-binary=:all: -r /tmp/requirements-production.txt
WORKDIR /opt/gongkai
COPY pyproject.toml README.md LICENSE ./
COPY etl etl
COPY migrations migrations
COPY plugins plugins
COPY dags dags
# Editable, because the package finds migrations and sources beside itself. Nothing is fetched: hatchling is pinned above.
RUN /opt/venv/bin/pip install --no-index --no-deps --no-build-isolation --editable . \
 && /opt/venv/bin/python -m compileall -q etl plugins dags

FROM ${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /opt/airflow --shell /usr/sbin/nologin gongkai \
 && install -d -o gongkai -g gongkai /opt/airflow /var/log/airflow
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/gongkai /opt/gongkai
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/opt/airflow \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/gongkai/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/gongkai/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    PYTHONUNBUFFERED=1
USER gongkai
WORKDIR /opt/airflow
ENTRYPOINT []
CMD ["gongkai", "--help"]
