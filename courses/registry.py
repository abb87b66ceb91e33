"""What courses add to the apps below, and to their own registries."""

from courses.block_kinds import ALL
from courses.blocks import block_kinds
from courses.publish_checks import (
    check_blocks,
    check_minutes,
    check_outline,
    check_periods,
    check_words,
    publish_checks,
)

for weight, kind in enumerate(ALL, start=1):
    block_kinds.register(kind.code, kind, weight=weight * 10)

publish_checks.register("words", check_words, weight=10)
publish_checks.register("outline", check_outline, weight=20)
publish_checks.register("periods", check_periods, weight=30)
publish_checks.register("minutes", check_minutes, weight=40)
publish_checks.register("blocks", check_blocks, weight=50)
