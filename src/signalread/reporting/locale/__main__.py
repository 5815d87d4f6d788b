"""Bring every catalogue into step with the code; new messages wait there to be translated."""

from signalread.reporting.catalogue import update_catalogues

if __name__ == "__main__":
    update_catalogues()
