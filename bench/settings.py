"""The product's settings, with the floor pages beside its own."""

from lms.settings import *  # noqa: F403, TID251 - the whole of it, so that only the pages differ

ROOT_URLCONF = "bench.urls"
