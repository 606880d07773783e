"""The command line: ``options`` reads the arguments, ``commands`` runs them, ``output`` prints."""
