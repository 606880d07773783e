# The app in a container, for `docker build -t uat-assistant .` or compose.yaml.
# Models, and all that is kept, are in volumes: the image holds programs only.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip install "uv>=0.9,<1"
WORKDIR /src
COPY . .
# Every package at the version of uv.lock, its hash checked; but torch is the CPU build of the same
# version from its makers' index, because the one of the package index brings 3 GB for GPUs.
RUN python -m venv /opt/uat \
    && torch=$(python -c "import tomllib; print(next(p['version'] for p in tomllib.load(open('uv.lock', 'rb'))['package'] if p['name'] == 'torch'))") \
    && uv export -q --frozen --no-emit-project --extra postgres --extra mcp --prune torch -o /tmp/requirements.txt \
    && /opt/uat/bin/pip install --index-url https://download.pytorch.org/whl/cpu "torch==$torch" \
    && /opt/uat/bin/pip install --no-deps --require-hashes -r /tmp/requirements.txt \
    && pip wheel --no-deps -w /tmp/wheel . \
    && /opt/uat/bin/pip install --no-deps /tmp/wheel/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home uat \
    && install -d -o uat -g uat -m 700 /data /models
COPY --from=build /opt/uat /opt/uat
ENV PATH=/opt/uat/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    UAT_DATA_DIR=/data \
    UAT_MODELS_DIR=/models \
    UAT_LOCK_SETTINGS=1
USER 10001
WORKDIR /home/uat
VOLUME ["/data", "/models"]
EXPOSE 8501
# The first start fetches 91 MB before it listens.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30m \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["uat-assistant"]
CMD ["start", "--no-browser", "--host", "0.0.0.0", "--port", "8501"]
