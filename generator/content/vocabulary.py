"""The closed lists of the field: the ten tools, the audiences, the licences.

The tools are the ten categories of work-organisation tools that students of the UFMG specialisation course in family
health said they had introduced; the audiences are the professions of a primary-care team.
"""

from __future__ import annotations

from typing import NamedTuple

from generator.problem_kinds import N_

TOOLS: dict[str, str] = {
    "planejamento": N_("Planning"),
    "diagnostico-em-saude": N_("Health diagnosis"),
    "organizacao-do-trabalho": N_("Organisation of the work process"),
    "acolhimento": N_("User embracement"),
    "grupo-operativo": N_("Operative group"),
    "capacitacao": N_("Training and access to new knowledge"),
    "trabalho-em-equipe": N_("Team training and teamwork"),
    "reuniao-de-equipe": N_("Team meeting"),
    "classificacao-de-risco": N_("Risk classification"),
    "comunicacao": N_("Communication"),
}
"""Id → English name, a message id."""

AUDIENCES: dict[str, str] = {
    "enfermagem": N_("Nursing"),
    "medicina": N_("Medicine"),
    "odontologia": N_("Dentistry"),
    "acs": N_("Community health agents"),
    "gestao": N_("Management"),
}
"""Id → English name, a message id."""


class LicenceText(NamedTuple):
    """A licence's name and the address of its text."""

    name: str
    url: str


def _creative_commons(code: str, version: str) -> LicenceText:
    path = code.lower()
    return LicenceText(f"CC {code} {version}", f"https://creativecommons.org/licenses/{path}/{version}/")


LICENCES: dict[str, LicenceText] = {
    **{
        f"CC-{code}-{version}": _creative_commons(code, version)
        for code in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
        for version in ("4.0", "3.0")
    },
    "CC0-1.0": LicenceText("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "MIT": LicenceText("MIT", "https://spdx.org/licenses/MIT.html"),
    "Apache-2.0": LicenceText("Apache 2.0", "https://spdx.org/licenses/Apache-2.0.html"),
    "GFDL-1.3-or-later": LicenceText("GNU FDL 1.3+", "https://spdx.org/licenses/GFDL-1.3-or-later.html"),
}
"""SPDX identifier (https://spdx.org/licenses) → name and address: the licences that open education uses."""
