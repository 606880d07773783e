"""UAT Assistant: grounded user acceptance test cases from epics, rules and existing cases."""

__version__ = "0.1.0"
