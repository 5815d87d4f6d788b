"""signalread: reads Swedish comments and notes for signals of control and trust, per team."""

__version__ = "0.1.0"
