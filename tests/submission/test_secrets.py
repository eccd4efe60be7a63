from __future__ import annotations

import base64
import json
import random
import socket
import string
from collections.abc import Callable
from typing import Any

import pytest
from detect_secrets.settings import transient_settings

from reportgen.submission.notebook_check import check_notebook
from reportgen.submission.secrets import find_secrets

Notebook = dict[str, Any]

_random = random.Random(2)
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def made(length: int, alphabet: str = ALNUM) -> str:
    return "".join(_random.choices(alphabet, k=length))


def jwt() -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "Ana"}]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([*(part.rstrip("=") for part in coded), made(43)])


# Made up here, so that no line of this file is itself a secret to anyone's scanner.
CANARIES = {
    "AWS access key": "AKIA" + made(16, string.ascii_uppercase + string.digits),
    "AWS secret key": f'aws_secret_access_key = "{made(40)}"',
    "Anthropic": "sk-ant-" + "api03-" + made(40),
    "Azure storage": "AccountKey=" + made(86) + "==",
    "Bearer": "Authorization: Bearer " + made(40),
    "Databricks": "dapi" + made(32, HEX),
    "DigitalOcean": "dop_v1_" + made(64, HEX),
    "Discord bot": "M" + made(23) + "." + made(6) + "." + made(27),
    "Discord webhook": "https://discord.com/api/webhooks/" + "123456789012345678/" + made(60),
    "GitHub classic": "ghp_" + made(36),
    "GitHub fine-grained": "github_pat_" + made(22) + "_" + made(59),
    "GitLab": "glpat-" + made(20),
    "Google API": "AIza" + made(35),
    "Google OAuth": "GOCSPX-" + made(28),
    "Google access": "ya29." + made(60),
    "Groq": "gsk_" + made(52),
    "Hugging Face": "hf_" + made(34),
    "JWT": jwt(),
    "Kaggle": '{"username": "ana", "key": "' + made(32, HEX) + '"}',
    "Mailchimp": made(32, HEX) + "-us12",
    "MongoDB": "mongodb+srv://ana:" + made(12) + "@cluster0.abcde.mongodb.net/db",
    "NVIDIA": "nvapi-" + made(64),
    "OpenAI project": "sk-" + "proj-" + made(48),
    "OpenAI classic": "sk-" + made(20) + "T3BlbkFJ" + made(20),
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + made(80),
    "Replicate": "r8_" + made(37),
    "SendGrid": "SG." + made(22) + "." + made(43),
    "Slack bot": "xoxb-" + "123456789012-1234567890123-" + made(24),
    "Slack webhook": "https://hooks.slack.com/services/T"
    + made(8)
    + "/B"
    + made(8)
    + "/"
    + made(24),
    "Square": "sq0csp-" + made(43),
    "Stripe": "sk_live_" + made(24),
    "Stripe test": "sk_test_" + made(24),
    "Telegram": "123456789:" + made(35),
    "Twilio": "SK" + made(32, HEX),
    "Weights & Biases": "wandb.login(key='" + made(40, HEX) + "')",
    "basic auth": "https://ana:" + made(12) + "@example.org/data.zip",
    "contraseña": f"contraseña: '{made(10)}'",
    "ngrok": "ngrok.set_auth_token('2" + made(26) + "_" + made(21) + "')",
    "npm": "npm_" + made(36),
    "password": f"password = '{made(10)}'",
    "private key": "-----BEGIN RSA PRIVATE KEY-----",
    "token, no quotes": "API_TOKEN=" + made(20) + "7a",
}


@pytest.mark.parametrize("kind", CANARIES)
@pytest.mark.parametrize("area", ["source", "stream", "html", "error", "metadata", "cell metadata"])
def test_canaries_are_found_wherever_they_stand(
    kind: str, area: str, notebook: Callable[..., Notebook]
) -> None:
    secret = CANARIES[kind]
    book = notebook()
    cell = book["cells"][1]
    if area == "source":
        cell["source"] += f"\n# {secret}"
    elif area == "stream":
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": ["4\n", secret[:5], secret[5:]]}
        ]
    elif area == "html":
        escaped = secret.replace('"', "&quot;").replace("'", "&#39;")
        data = {"text/html": f"<p><b>{escaped}</b></p>"}
        cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    elif area == "error":
        trace = [f"\x1b[0;31mError\x1b[0m: {secret}"]
        failed = {"output_type": "error", "ename": "E", "evalue": "", "traceback": trace}
        cell["outputs"] = [failed]
        cell["metadata"]["tags"] = ["raises-exception"]
    elif area == "metadata":
        book["metadata"]["colab"] = {"forms": [{"note": secret}]}
    else:
        cell["metadata"]["executionInfo"] = {"user": {"note": secret}}
    findings = check_notebook(json.dumps(book).encode(), "a.ipynb").findings
    assert {finding.code for finding in findings} == {"secret"}
    place = {"source": "cell 2, line 2", "metadata": "the notebook's metadata"}
    assert place.get(area, "cell 2, ") in findings[0].message
    assert not any(secret[8:] in finding.message for finding in findings)


def test_at_least_twenty_kinds() -> None:
    assert len(CANARIES) >= 20


def test_a_secret_in_a_long_line_is_found_across_the_cuts() -> None:
    for before in range(600, 1400, 37):
        line = "x " * (before // 2) + "ghp_" + "a1B2" * 9 + " y" * 900
        assert find_secrets(f"first\n{line}") == {"GitHub Token": 2}


@pytest.mark.parametrize(
    "innocent",
    [
        "sha256 = '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'",
        "password = getpass('Contraseña: ')",
        "token = os.environ['HF_TOKEN']",
        "api_key = userdata.get('WANDB_API_KEY')",
        "password = 'your_password'",
        "api_key = '<API_KEY>'",
        "num_tokens: 12345, secret ingredient: data",
        "from tokenizers import Tokenizer; token = tokenizer_v2(text)",
        "!kaggle datasets download -d alessiocorrado99/animals10",
        "wandb.init(project='practica-1')",
        "100%|██████████| 9912422/9912422 [00:00<00:00, 11434324.12it/s]",
        "AlexNet((features): Sequential((0): Conv2d(3, 64, kernel_size=(3, 3))))",
        "EN ESTE APARTAMENTO SE ENTRENA LA RED",
        '"id": "8f14e45fceea167a5a36dedd4bea2543"',
        "https://download.pytorch.org/models/resnet18-f37072fd.pth",
        "best epoch: 8, validation accuracy: 0.9922, loss: 2.3e-02",
        "key = cv2.waitKey(0); keys: [0, 1, 2]",
        "ana@example.org, https://example.org:8080/a",
    ],
)
def test_what_notebooks_really_say_is_no_secret(innocent: str) -> None:
    assert find_secrets(innocent) == {}


def test_pictures_are_not_searched(notebook: Callable[..., Notebook]) -> None:
    picture = "AKIA" + "A1" * 8 + "ghp_" + "a1B2" * 9
    book = notebook()
    data = {"image/png": picture, "text/html": f"<img src='data:image/png;base64,{picture[:20]}'>"}
    book["cells"][1]["outputs"] = [
        {"output_type": "display_data", "data": data, "metadata": {}},
    ]
    book["cells"][0]["attachments"] = {"a.png": {"image/png": picture}}
    assert check_notebook(json.dumps(book).encode(), "a.ipynb").findings == ()


def test_a_comment_does_not_hide_a_secret() -> None:
    assert find_secrets("ghp_" + "a1B2" * 9 + "  # pragma: allowlist secret")


def test_nothing_is_asked_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """detect-secrets can try a secret at the service that issued it; it must not."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    policy = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
    with transient_settings({"filters_used": [{"path": policy, "min_level": 2}]}):
        assert all(find_secrets(secret) for secret in CANARIES.values())
