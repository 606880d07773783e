"""The endpoint as a person sets it: what is in use and who set it, a trial, saving, removing."""

from __future__ import annotations

import time
from collections.abc import Mapping

from assistant.domain import GenerationConfig, Value
from assistant.errors import AssistantError, InvalidOutput, SettingsError
from assistant.generation.models.destinations import DEFAULT_URLS, STAYS, destination_of
from assistant.generation.models.providers import PROVIDERS
from assistant.settings import Settings
from assistant.sources.connectors.secrets import (
    Redactor,
    SecretState,
    has_keyring,
    keep_in_keyring,
)
from assistant.workflow.deployment import endpoint_file
from assistant.workflow.deployment.endpoint_file import SETTING_OF, SavedEndpoint
from assistant.workflow.deployment.endpoints import ENDPOINT_SECONDS, ENDPOINT_WRITER
from assistant.workflow.deployment.ways_of_writing import (
    choose_first_writer,
    first_writer,
    way_of_writing,
)
from assistant.workflow.deployment.workspace import Workspace

__all__ = ["SavedEndpoint", "has_keyring"]

PROVIDER_TITLES: Mapping[str, str] = {row.id: row.title for row in PROVIDERS}
OWN_ADDRESSES: Mapping[str, str] = {row.id: DEFAULT_URLS[row.id] for row in PROVIDERS}

TRIAL_SECONDS = 60.0
"""The longest that a trial waits: a model that has to be loaded first takes a while."""

TRIAL_CONFIG = GenerationConfig(max_tokens=1_000)
"""The answer has six tokens; a model that thinks before it answers needs more."""


class EndpointView(Value):
    """An endpoint as it would be used: ``values`` with what the environment sets in their place.

    ``set_by`` names the variable of each value that the environment sets, ``key_variable`` the one
    that the key is looked for in. ``address_problem`` says why the address cannot be used.
    """

    values: SavedEndpoint
    set_by: Mapping[str, str]
    destination: str
    address_problem: str
    key_variable: str
    key_state: SecretState

    @property
    def leaves(self) -> bool:
        """Whether text leaves this computer with it."""
        return self.destination != STAYS

    @property
    def key_set_by(self) -> str:
        """The variable that sets the key; empty where none does."""
        return self.key_variable if self.key_state == "environment" else ""


class Trial(Value):
    """What one tiny request to an endpoint came to, in words; ``seconds`` until the outcome."""

    worked: bool
    text: str
    seconds: float


def current(workspace: Workspace) -> SavedEndpoint | None:
    """The endpoint that is in use; ``None`` where there is none."""
    settings = workspace.settings
    return _values(settings) if settings.endpoint_provider else None


def is_saved(workspace: Workspace) -> bool:
    """Whether a person saved an endpoint, used or not."""
    return endpoint_file.path_of(workspace.settings).exists()


def view(workspace: Workspace, wanted: SavedEndpoint) -> EndpointView:
    """What a person typed, as it would be used; nothing is contacted."""
    settings = _with(workspace, wanted)
    destination, problem = "", ""
    try:
        destination = destination_of(settings.endpoint_provider, settings.endpoint_url)
    except SettingsError as error:
        problem = str(error)
    variable, state = endpoint_file.key_state(settings)
    return EndpointView(
        values=_values(settings),
        set_by=set_by(settings),
        destination=destination,
        address_problem=problem,
        key_variable=variable,
        key_state=state,
    )


def try_out(workspace: Workspace, wanted: SavedEndpoint, *, key: str = "") -> Trial:
    """Send one tiny request; the words say what came back, with the remedy, and how long it took.

    ``key`` is what a person typed; a key that is set comes first. Raises ``SettingsError`` where
    settings are locked.
    """
    _unlocked(workspace)
    started = time.monotonic()
    try:
        wanted = endpoint_file.checked(workspace.settings, wanted)
        settings = _with(workspace, wanted)
        limit = settings.endpoint_timeout or settings.model_timeout or ENDPOINT_SECONDS
        endpoint = endpoint_file.open_endpoint(
            settings, min(limit, TRIAL_SECONDS), TRIAL_CONFIG, key=key.strip(), retries=0
        )
        started = time.monotonic()  # what is imported when a model is opened is not its time
        endpoint.health()
    except InvalidOutput as error:
        text = (
            f"{wanted.model} answered, but not as it was asked to: {error} Writing cases needs a "
            f"model that can answer under a JSON schema; choose another one."
        )
    except AssistantError as error:
        text = str(error)
    else:
        seconds = time.monotonic() - started
        text = f"{wanted.model} answered as asked, in {seconds:.1f} s."
        return Trial(worked=True, text=text, seconds=seconds)
    hidden = Redactor((key.strip(), endpoint_file.key_of(_with(workspace, wanted))))
    return Trial(worked=False, text=hidden.clean(text), seconds=time.monotonic() - started)


def save(workspace: Workspace, wanted: SavedEndpoint, *, key: str = "") -> str:
    """Save an endpoint for this deployment and use it from now on.

    A ``key`` goes into the system's keyring. Returns the variable that it must be given in where
    there is no keyring that can keep it; then it was not kept. Raises ``SettingsError``.
    """
    _unlocked(workspace)
    saved = endpoint_file.checked(workspace.settings, wanted)
    endpoint_file.write(workspace.settings, saved)
    workspace.take_up_endpoint()
    if not key.strip():
        return ""
    variable, _ = endpoint_file.key_state(workspace.settings)
    bound = variable != endpoint_file.OWN_KEY
    return "" if bound and keep_in_keyring(variable, key.strip()) else variable


def start_with_it(workspace: Workspace) -> bool:
    """Make the endpoint in use the writer that projects start with; whether it became that.

    Only where nobody has chosen a writer for that, and it is asked for whole stories: call it for
    one that has answered. Raises ``SettingsError`` where the data folder cannot be written.
    """
    settings = workspace.settings
    if settings.lock_settings or not settings.endpoint_provider or first_writer(settings):
        return False
    if way_of_writing(workspace, ENDPOINT_WRITER) != "story":
        return False
    choose_first_writer(settings, ENDPOINT_WRITER)
    return True


def starts_with_it(workspace: Workspace) -> bool:
    """Whether the endpoint is the writer that projects start with."""
    return first_writer(workspace.settings) == ENDPOINT_WRITER


def remove(workspace: Workspace) -> None:
    """Forget the saved endpoint, and its key in the keyring. Raises ``SettingsError``."""
    _unlocked(workspace)
    before = workspace.settings
    endpoint_file.write(before, None)
    variable, state = endpoint_file.key_state(before)
    if endpoint_file.address_is_saved(before) and state == "keyring":
        keep_in_keyring(variable, "")
    workspace.take_up_endpoint()


def _with(workspace: Workspace, wanted: SavedEndpoint) -> Settings:
    return endpoint_file.with_endpoint(workspace.settings, wanted)


def _values(settings: Settings) -> SavedEndpoint:
    """The endpoint of these settings; a provider that is unknown is shown as the first one."""
    values = {name: getattr(settings, setting) for name, setting in SETTING_OF.items()}
    provider = str(values["provider"]).strip().lower()
    values["provider"] = provider if provider in PROVIDER_TITLES else PROVIDERS[0].id
    return SavedEndpoint.model_validate(values)


def set_by(settings: Settings) -> dict[str, str]:
    """Field of an endpoint -> the variable that sets it, for those that one sets."""
    found = {
        name: f"UAT_{setting.upper()}"
        for name, setting in SETTING_OF.items()
        if setting in settings.set_fields
    }
    if "provider" in found:
        found.setdefault("url", found["provider"])
    return found


def _unlocked(workspace: Workspace) -> None:
    if workspace.settings.lock_settings:
        raise SettingsError(
            "Settings are locked on this deployment (UAT_LOCK_SETTINGS). Set the endpoint with "
            "UAT_ENDPOINT_... variables, or ask whoever runs it."
        )
