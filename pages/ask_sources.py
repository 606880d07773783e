"""Ask the sources: a question, and an answer whose every sentence names its source."""

from assistant.ui.ask.ask_page import ask_page
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
ask_page(workspace(), record)
keep_address(record, "talk")
