"""Fine-tune a model on the company's own cases; watch the loss; keep, promote or drop adapters."""

import streamlit as st

from assistant.ui.learning.training_form import training_form
from assistant.ui.learning.training_runs import adapters_table, training_runs
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
opened = workspace()
st.title("Train an adapter")
training_form(opened, record)
training_runs(opened, record)
adapters_table(opened, record)
keep_address(record)
