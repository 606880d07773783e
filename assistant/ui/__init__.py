"""What the pages are made of: session, guard, and widgets. Streamlit lives here and in pages/."""
