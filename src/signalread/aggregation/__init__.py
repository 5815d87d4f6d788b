"""Judgements in, estimates out: the share of a team's respondents behind each label."""

from signalread.aggregation.balance import balance_shares
from signalread.aggregation.estimates import estimate_shares
from signalread.aggregation.tally import Group, Tally

__all__ = ["Group", "Tally", "balance_shares", "estimate_shares"]
