FROM python:3.13-slim

# The client's major follows the server of docker-compose.yml where Debian carries it: pg_dump
# refuses a server that is newer than itself.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 lms

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt
COPY . .
# Static files and translations are part of the image; the keys are not, they come at run time.
RUN python scripts/messages.py compile \
 && SECRET_KEY=only-while-building python manage.py collectstatic --noinput --verbosity 0 \
 && mkdir -p var/files var/mail var/backups \
 && chown -R lms:lms var

USER lms
ENV PYTHONUNBUFFERED=1
EXPOSE 8000 8001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/health/ready', headers={'Host': 'localhost', 'X-Forwarded-Proto': 'https'}), timeout=4)"]
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--workers=2", "--no-control-socket", "lms.wsgi:application"]
