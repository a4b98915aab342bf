"""The chain in its order, as data: each link, and the codes of what can be wrong with it, the earliest first.

The order is that of dependence: what stands earlier explains what stands later. An extension that is missing is the reason why
its content script is; a form that the page refuses is the reason why no dialog is asked for, but it is itself looked at only
after the chain, since a page may mark a field and be right.
"""

from __future__ import annotations

from typing import Final, Literal

Link = Literal[
    "browser",
    "portal",
    "page",
    "extension",
    "worker",
    "host",
    "driver",
    "token",
    "certificate",
    "clock",
    "form",
    "dialog",
    "unknown",
]

# These names are stable: reports, the world's faults and the documents are written in them.
CHAIN: Final[tuple[tuple[Link, tuple[str, ...]], ...]] = (
    ("browser", ("browser_failed",)),
    ("portal", ("portal_dns", "portal_refused", "portal_tls", "portal_http", "portal_maintenance")),
    ("page", ("page_wrong", "page_signed_out", "page_script_error", "page_request_failed")),
    (
        "extension",
        (
            "extension_blocked",
            "extension_wrong_id",
            "extension_missing",
            "extension_disabled",
            "extension_old",
            "content_script_missing",
        ),
    ),
    ("worker", ("worker_silent",)),
    (
        "host",
        (
            "manifest_missing",
            "manifest_unreadable",
            "manifest_wrong_name",
            "manifest_forbidden",
            "host_file_missing",
            "host_not_executable",
            "host_library_missing",
            "host_wrong_architecture",
            "host_killed",
            "host_exited",
            "host_silent",
            "host_garbage",
            "host_unreached",
            "host_failed",
        ),
    ),
    ("driver", ("driver_missing", "driver_wrong_architecture", "driver_dependency_missing", "driver_failed")),
    ("token", ("token_absent", "token_several", "pin_locked", "pin_final_try", "pin_stopped", "token_failed")),
    (
        "certificate",
        (
            "certificate_missing",
            "certificate_other_organisation",
            "certificate_expired",
            "certificate_not_yet_valid",
            "certificate_key_usage",
        ),
    ),
    ("clock", ("clock_skew",)),
    ("form", ("form_fields_marked", "portal_toast", "form_phone")),
    ("dialog", ("dialog_unasked", "dialog_unanswered", "dialog_cancelled")),
)
LINKS: Final[tuple[Link, ...]] = (*(link for link, _ in CHAIN), "unknown")
CODES: Final[dict[str, Link]] = {code: link for link, codes in CHAIN for code in codes}
PLACE: Final[dict[str, int]] = {code: place for place, code in enumerate(CODES)}
