"""The database below the library: schema, migrations, guards, who owns it."""

__all__ = ["database", "guards", "owner", "records", "rows", "schema"]
