# One image per service: `docker build --build-arg SERVICE=feedback -t sankalp-feedback:0.1.0 .`
# The role is the command: `python -m services.<service>.entrypoints.<wsgi|relay|consumer|dispatcher|sender>`.

FROM python:3.11-slim AS build
ARG SERVICE
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/sankalp
ENV PATH=/opt/sankalp/bin:$PATH
WORKDIR /build

COPY requirements/ requirements/
RUN pip install --require-hashes -r requirements/runtime.txt

# Only the common library and this one service: the image holds no other service's code.
COPY pyproject.toml LICENSE ./
COPY shared/ shared/
COPY services/__init__.py services/__init__.py
COPY services/${SERVICE}/ services/${SERVICE}/
# Without SERVICE all services would be copied: refuse that. Then compile the translations that there are.
RUN test -n "${SERVICE}" && test -f "services/${SERVICE}/bootstrap.py" \
 && for folder in shared/web/translations "services/${SERVICE}/web/translations"; do \
      if [ -d "${folder}" ]; then pybabel compile -d "${folder}" || exit 1; fi; \
    done

# The build backend comes with the hashes of local.txt into a folder that is thrown away with this stage.
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements/local.txt > backend.txt \
 && pip install --require-hashes --target /build/backend -r backend.txt \
 && PYTHONPATH=/build/backend pip install --no-deps --no-build-isolation .


FROM python:3.11-slim
ARG SERVICE
LABEL org.opencontainers.image.title="sankalp-${SERVICE}" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/sankalp /opt/sankalp
# The root file system may be read-only. /tmp must be writable: gunicorn's heartbeats, and METRICS_DIR, which the
# web process removes and makes anew at start and which therefore must lie below a mount and not be one.
ENV PATH=/opt/sankalp/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 METRICS_DIR=/tmp/metrics
WORKDIR /opt/sankalp
USER 10001:10001
CMD ["sankalp", "--help"]
