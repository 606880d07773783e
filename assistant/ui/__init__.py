"""What the pages are made of: session, guard, and widgets. Streamlit lives here and in pages/."""

__all__ = [
    "ask",
    "check",
    "home",
    "learning",
    "library",
    "settings",
    "shell",
    "sources",
    "state",
    "template",
]
