"""The command line: ``options`` reads the arguments, ``commands`` runs them, ``output`` prints."""

__all__ = ["options"]
