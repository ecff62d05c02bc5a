# One image for every service: `lapor run sms|twitter|telegram|web|webhook|router|sink`. Built in two stages, so that no compiler stays in it.
FROM python:3.13-slim AS build

# mypyc (hatch_build.py) needs a compiler, and lz4 in requirements.lock may be a source distribution for this Python; everything else comes as wheels.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/lapor
WORKDIR /src

# The dependencies first: this layer is built anew only where the lock changes.
COPY requirements.lock requirements-dev.lock ./
RUN /opt/lapor/bin/pip install --require-hashes --requirement requirements.lock
# What compiles, at its locked versions, in an environment that stays behind.
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes --requirement requirements-dev.lock

COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY complaints complaints
COPY channels channels
COPY conversation conversation
COPY neighbours neighbours
COPY normalizer normalizer
COPY router router
COPY sinks sinks
COPY view view
COPY ops ops
COPY embedded embedded
COPY lapor lapor
RUN LAPOR_BUILD=compiled /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/lapor/bin/pip install --no-deps /wheels/*.whl \
 && /opt/lapor/bin/pip uninstall --yes hatchling editables pip

FROM python:3.13-slim

# A fixed number, so that the owner of volumes and of the secret file can be set from outside.
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin lapor \
 && install --directory --owner=lapor --group=lapor --mode=0700 /data
COPY --from=build /opt/lapor /opt/lapor

ENV PATH=/opt/lapor/bin:$PATH \
    LAPOR_DATA=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

USER lapor
WORKDIR /data
VOLUME /data

# Healthy means that the loop turned within 30 s, not that the process is there.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "complaints.runtime.health"]
CMD ["lapor", "--help"]
