"""Judgements in, estimates out: the share of a team's respondents behind each label."""

from signalread.aggregation.estimates import estimate_shares
from signalread.aggregation.tally import Group, Tally

__all__ = ["Group", "Tally", "estimate_shares"]
