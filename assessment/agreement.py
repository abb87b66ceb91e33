"""How far two markers agree, over the works that both have judged.

Kappa is Cohen's with quadratic weights; with points of an interval scale it is
2 cov / (var₁ + var₂ + (mean₁ - mean₂)²): Fleiss and Cohen, Educational and Psychological
Measurement 33 (1973) 613–619; Lin, Biometrics 45 (1989) 255–268.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, pvariance

Pair = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Agreement:
    """Figures of some pairs of marks; `lean` is how much more the first gave, `kappa` up to 1."""

    pairs: int
    within: int
    gap: float
    lean: float
    kappa: float | None

    @property
    def share(self) -> int:
        """Return the percentage of pairs within the tolerance."""
        return round(100 * self.within / self.pairs) if self.pairs else 0


def agreement(pairs: Sequence[Pair], tolerance: Decimal) -> Agreement | None:
    """Return the figures; without any pair there are none."""
    if not pairs:
        return None
    gaps = [first - second for first, second in pairs]
    return Agreement(
        pairs=len(pairs),
        within=sum(abs(gap) <= tolerance for gap in gaps),
        gap=fmean(abs(gap) for gap in gaps),
        lean=fmean(gaps),
        kappa=kappa(pairs),
    )


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Return the agreement beyond chance; none where all marks are the same one."""
    first, second = ([float(pair[side]) for pair in pairs] for side in (0, 1))
    mean_1, mean_2 = fmean(first), fmean(second)
    spread = pvariance(first, mean_1) + pvariance(second, mean_2) + (mean_1 - mean_2) ** 2
    if not spread:
        return None
    both = fmean((a - mean_1) * (b - mean_2) for a, b in zip(first, second, strict=True))
    return 2 * both / spread


def mean_of(points: Sequence[Decimal]) -> Decimal:
    """Return the mean to two places, a half upwards, as marks are stored."""
    return (sum(points, Decimal(0)) / len(points)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
