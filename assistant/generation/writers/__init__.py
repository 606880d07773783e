"""Writers: what turns items of the checklist into test cases."""
