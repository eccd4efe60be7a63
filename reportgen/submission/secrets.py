"""Passwords, keys and tokens in a text: detect-secrets' detectors, and what they don't know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

# Entropy flags the digests of pinned downloads and every cell id, an IP address is no secret, and
# Artifactory's pattern takes capitalised Spanish words ("APARTAMENTO") for a token.
_LEFT_OUT = {
    "Artifactory Credentials",
    "Base64 High Entropy String",
    "Hex High Entropy String",
    "Public IP (ipv4)",
}

# Services that a notebook is likely to talk to and detect-secrets 1.5 doesn't know.
_TOKENS = {
    "Airtable token": r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b",
    "Anthropic key": r"\bsk-ant-[\w-]{20,}",
    "Atlassian token": r"\bATATT3[\w=-]{60,}",
    "Azure shared access signature": r"[?&]sig=[\w%+/-]{40,}",
    "Bearer token": r"(?i)\bbearer\s+[\w.~+/-]{20,}",
    "Databricks token": r"\bdapi[0-9a-f]{32}\b",
    "DigitalOcean token": r"\bdo[opr]_v1_[0-9a-f]{64}\b",
    "Discord webhook": r"discord(?:app)?\.com/api/webhooks/\d+/[\w-]{40,}",
    "Docker Hub token": r"\bdckr_pat_[\w-]{20,}",
    "GitHub fine-grained token": r"\bgithub_pat_\w{22,}",
    "Google API key": r"\bAIza[\w-]{35}",
    "Google OAuth secret": r"\bGOCSPX-[\w-]{20,}",
    "Google access token": r"\bya29\.[\w-]{20,}",
    "Google refresh token": r"(?<!\w)1//0[\w-]{30,}",
    "Grafana token": r"\bgl(?:sa|c)_[\w+/=-]{32,}",
    "Groq key": r"\bgsk_[A-Za-z0-9]{40,}",
    "Hugging Face token": r"\b(?:hf|api_org)_[A-Za-z0-9]{30,}",
    "Kaggle key": r"(?i)\bKGAT_[0-9a-f]{32}|kaggle.{0,20}[^0-9a-f][0-9a-f]{32}\b"
    r"|[\"']key[\"']\s*:\s*[\"'][0-9a-f]{32}[\"']",
    "LangSmith key": r"\blsv2_[a-z]{2}_[0-9a-f]{32}",
    "Linear key": r"\blin_api_[A-Za-z0-9]{32,}",
    "NVIDIA key": r"\bnvapi-[\w-]{40,}",
    "New Relic key": r"\bNRAK-[A-Z0-9]{27}",
    "Notion token": r"\b(?:ntn|secret)_[A-Za-z0-9]{40,}",
    "OpenAI key": r"\bsk-(?!ant-)(?:[a-z]+-)?[\w-]{32,}",
    "Pinecone key": r"\bpcsk_\w{40,}",
    "Postman key": r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "PuTTY private key": r"\bPuTTY-User-Key-File-\d",
    "Replicate token": r"\br8_[A-Za-z0-9]{30,}",
    "Sentry token": r"\bsntry[su]_[\w+/=-]{40,}",
    "Shopify token": r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "Slack app token or webhook": r"\bxapp-\d-[\w-]{20,}|hooks\.slack\.com/services/T\w+/B\w+/\w+",
    "Stripe test key or webhook": r"\b(?:[rsp]k_test|whsec)_[A-Za-z0-9]{20,}",
    "Supabase token": r"\bsb(?:p|_secret)_[\w-]{20,}",
    "Vault token": r"\bhv[sb]\.[\w-]{24,}",
    "Weights & Biases key": r"(?i)wandb.{0,30}[^0-9a-f][0-9a-f]{40}\b|\bwandb_v\d_\w{20,}",
    "age secret key": r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}",
    "ngrok token": r"(?i)ngrok.{0,40}\b[0-9A-Za-z]{20,}_[0-9A-Za-z]{15,}\b",
    "npm access token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "xAI key": r"\bxai-[A-Za-z0-9]{40,}",
}

_GENERIC = "password or token"
_KEYWORD = "Secret Keyword"  # detect-secrets' name for the same, found where the value is quoted
# Without quotation marks a value must have letters and digits, or prose would be caught.
_ASSIGNED = re.compile(
    r"(?i)(?:token|api[_-]?key|secret|secret[_-]?key|passw(?:or)?d|contraseña)"
    r"[\"']?\]?\s*[:=]\s*[\"']?"
    r"((?=[^\s\"']*\d)(?=[^\s\"']*[a-z])[^\s\"'(){}\[\],;]{6,})(?=[\s\"',;]|$)"
)
# What stands where a secret would, in examples and in code that asks for one.
_PLACEHOLDER = re.compile(
    r"(?i)\W*(?:x{3,}|\*{3,}|\.{3,}|<.*>|\$?\{.*\}|%\(?\w*\)?s|none|null"
    r"|(?:your|tu|su|my|mi)[-_ ].*|change[-_ ]?me|example|ejemplo"
    r"|password|contraseña|secret|api[-_ ]?key|token)\W*"
)

_LONGEST = 1000  # some detectors are quadratic in a line's length
_OVERLAP = 200


def find_secrets(text: str) -> dict[str, int]:
    """The kinds of secrets in ``text``, each with the first line (from 1) that has one.

    The secrets themselves aren't returned, so that no message can repeat them.
    """
    found: dict[str, int] = {}
    for number, line in _pieces(text):
        for kind in _kinds(line):
            found.setdefault(kind, number)
    return found


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, the long ones cut into pieces that overlap."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) <= _LONGEST:
            yield number, line
        else:
            for start in range(0, len(line) - _OVERLAP, _LONGEST - _OVERLAP):
                yield number, line[start : start + _LONGEST]


def _kinds(line: str) -> set[str]:
    kinds = {kind for kind, pattern in _patterns().items() if pattern.search(line)}
    assigned = [match[1] for match in _ASSIGNED.finditer(line)]
    for detector in _detectors():
        # The detectors alone: the scanner around them can be told, by a setting, to try a secret
        # at the service that issued it, and by a comment in the line, to pass it over.
        values = list(detector.analyze_string(line))
        if detector.secret_type == _KEYWORD:
            assigned += values
        elif values:
            kinds.add(detector.secret_type)
    if not kinds and not all(_PLACEHOLDER.fullmatch(value) for value in assigned):
        kinds.add(_GENERIC)
    return kinds


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pattern) for kind, pattern in _TOKENS.items()}


@cache
def _detectors() -> tuple[BasePlugin, ...]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    return tuple(made() for kind, made in classes.items() if kind not in _LEFT_OUT)
