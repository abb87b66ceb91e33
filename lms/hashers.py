"""Password hash sized for a whole ward signing in at eight o'clock."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OfficeArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: the OWASP minimum, about 30 ms of one core."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
