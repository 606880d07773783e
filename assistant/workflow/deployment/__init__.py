"""What a running program holds open: workspace, jobs, models, library; start and erase."""

__all__ = [
    "add_models",
    "data_folder",
    "endpoint_file",
    "endpoint_settings",
    "endpoints",
    "erase",
    "jobs",
    "memo",
    "model_jobs",
    "models",
    "services",
    "start",
    "tool_tokens",
    "ways_of_writing",
    "workspace",
    "writer_list",
]
