"""Libraries that would report home are told not to, before any of them is loaded."""

import os

_TOLD = {
    "DO_NOT_TRACK": "1",  # by agreement between many tools
    "HF_HUB_DISABLE_TELEMETRY": "1",  # transformers and its hub, in `train`
    "RAY_USAGE_STATS_ENABLED": "0",
}


def silence() -> None:
    """Turn telemetry off in this process and those it starts."""
    os.environ.update(_TOLD)
