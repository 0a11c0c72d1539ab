# The server with the page and the shipped models; no TensorFlow, no compiler, no root.
FROM python:3.12-slim AS build
WORKDIR /src
COPY backend/requirements.txt backend/requirements.txt
# pip stays outside, and so do the libraries' own tests, headers and tools, and LiteRT's plug-in for
# graphics cards.
# For jobs in PostgreSQL: docker build --build-arg DATABASE='psycopg[binary]'
ARG DATABASE=
RUN python -m venv --without-pip /kinora \
  && pip --python /kinora/bin/python install --no-cache-dir --no-compile -r backend/requirements.txt ${DATABASE} \
  && find /kinora -depth -type d -name tests -exec rm -r {} + \
  && find /kinora -depth -path "*/ai_edge_litert/tools" -exec rm -r {} + \
  && find /kinora \( -name "libLiteRtWebGpuAccelerator.so" -o -name "*.pyi" -o -name "*.h" \) -delete
COPY pyproject.toml setup.py README.md LICENSE ./
COPY backend backend
COPY frontend frontend
COPY models models
COPY samples samples
# Compiled Python only of what the server imports, or starting would take seconds; all of it would
# take 20 MB more.
RUN pip --python /kinora/bin/python install --no-cache-dir --no-compile --no-deps . \
  && PYTHONDONTWRITEBYTECODE='' /kinora/bin/python -c "import kinora.server.app, kinora.server.serving"

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 kinora && mkdir /data && chown kinora /data
COPY --from=build /kinora /kinora
ENV PATH=/kinora/bin:$PATH HOST=0.0.0.0 PORT=5000 KINORA_DATA=/data PYTHONUNBUFFERED=1
USER 10001
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=3s --start-period=15s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=2)"]
CMD ["kinora", "serve"]
