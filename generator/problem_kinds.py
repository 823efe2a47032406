"""Every sentence an author can be told, in one table: what is wrong and how to mend it.

The texts are gettext message ids, in English; `make catalogues` carries them to the catalogues.  The kind's name is
stable: tools filter on it.  To add one: a line here, its translations, and a test that provokes it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


def N_(text: str) -> str:  # noqa: N802  # the name that gettext tools look for
    """Mark a text for the catalogues without translating it now."""
    return text


class Kind(NamedTuple):
    """How serious a problem is and the sentences about it; `{…}` are filled from the problem's values."""

    severity: Literal["error", "warning"]
    message: str
    cure: str


KINDS: dict[str, Kind] = {
    # --- files -------------------------------------------------------------------------------------------------
    "file-not-utf8": Kind(
        "error",
        N_("This file is not UTF-8 text (byte {position} cannot be read)."),
        N_("Save it again in your editor with the encoding “UTF-8”."),
    ),
    "file-too-large": Kind(
        "error",
        N_("This page has {size} of text; the limit is {limit}."),
        N_("Split it into several units: readers on a slow link will thank you."),
    ),
    "page-too-deep": Kind(
        "error",
        N_("This page is nested too deeply to be read: lists in lists in lists, or thousands of brackets."),
        N_("Take out some levels; a page that nobody wrote by hand may be an attack."),
    ),
    "page-failed": Kind(
        "error",
        N_("This page could not be rendered: {reason}."),
        N_("A Markdown extension of mkdocs.yml or Canoa itself is at fault; “--debug” shows where."),
    ),
    "file-unreadable": Kind(
        "error",
        N_("This file could not be read: {reason}."),
        N_("Check that it exists and that you may read it."),
    ),
    "path-collision": Kind(
        "error",
        N_("This file and “{other}” would both become “{target}”."),
        N_("Rename one of them: names may not differ only in case, accents or spaces."),
    ),
    "path-reserved": Kind(
        "error",
        N_("The name “{name}” cannot be used: Windows, sticks or Canoa's own files reserve it."),
        N_("Rename the file or folder."),
    ),
    "path-symlink-outside": Kind(
        "error",
        N_("This is a symbolic link that leads out of the content folder."),
        N_("Put a copy of the file inside the content folder."),
    ),
    "media-active": Kind(
        "warning",
        N_("This file could run code on readers' computers and was not copied to the site."),
        N_("Remove it (save drawings as plain SVG), or set “allow_html: true” in mkdocs.yml if you trust all authors."),
    ),
    # --- front matter ------------------------------------------------------------------------------------------
    "front-matter-unclosed": Kind(
        "error",
        N_("The header that opens with “---” is never closed."),
        N_("Write a line with only “---” after the last key of the header."),
    ),
    "front-matter-not-yaml": Kind(
        "error",
        N_("The header cannot be read: {reason}."),
        N_("Write each line as “key: value”; put the value in quotes if it contains “: ” or “#”."),
    ),
    "front-matter-not-mapping": Kind(
        "error",
        N_("The header is not a list of “key: value” lines."),
        N_("Write for example “titulo: Acolhimento”."),
    ),
    "front-matter-duplicate-key": Kind(
        "error",
        N_("The key “{key}” appears twice in the header."),
        N_("Keep one of them."),
    ),
    "front-matter-alias-conflict": Kind(
        "error",
        N_("“{key}” and “{other}” say the same thing twice."),
        N_("Keep “{other}”."),
    ),
    "front-matter-unknown-key": Kind(
        "error",
        N_("The header has an unknown key, “{key}”."),
        N_("Did you mean “{suggestion}”? Known keys: {known}."),
    ),
    "front-matter-wrong-type": Kind(
        "error",
        N_("“{key}” has a value of the wrong kind: {value}."),
        N_("Expected {expected}."),
    ),
    "title-missing": Kind(
        "error",
        N_("This page has no title."),
        N_("Write “titulo: …” in its header."),
    ),
    "unknown-id": Kind(
        "error",
        N_("“{key}” names “{value}”, which does not exist."),
        N_("Did you mean “{suggestion}”? Known: {known}."),
    ),
    "duplicate-page-id": Kind(
        "error",
        N_("The id “{id}” already belongs to “{other}”."),
        N_("Ids are stable names and must be unique: choose another here."),
    ),
    "summary-missing": Kind(
        "warning",
        N_("This page has no summary."),
        N_("Write “resumo: one sentence” in its header: lists and search show it."),
    ),
    "licence-unknown": Kind(
        "error",
        N_("“{value}” is not an SPDX licence identifier that Canoa knows."),
        N_("Use for example CC-BY-NC-SA-4.0 or CC-BY-4.0; see https://spdx.org/licenses."),
    ),
    # --- tree --------------------------------------------------------------------------------------------------
    "course-without-index": Kind(
        "error",
        N_("The course folder “{folder}” has no index.md."),
        N_("Create {folder}/index.md with the course's title and presentation."),
    ),
    "module-without-index": Kind(
        "error",
        N_("The module folder “{folder}” has no index.md."),
        N_("Create {folder}/index.md with the module's title and objectives."),
    ),
    "page-outside-tree": Kind(
        "warning",
        N_("This page is deeper than course, module and unit, so no menu reaches it."),
        N_("Move it to the module's folder."),
    ),
    "vocabulary-not-list": Kind(
        "error",
        N_("problemas.yml is not a list of problems."),
        N_("Write one “- id: …” per problem, with “nome:” under it."),
    ),
    "vocabulary-entry": Kind(
        "error",
        N_("An entry of problemas.yml is incomplete or wrong: {reason}."),
        N_("Each problem needs “id” (lower-case letters, digits, hyphens) and “nome”."),
    ),
    "nav-missing-page": Kind(
        "warning",
        N_("“nav” names “{target}”, which does not exist."),
        N_("Correct the path in “nav” of mkdocs.yml."),
    ),
    # --- configuration -----------------------------------------------------------------------------------------
    "configuration-missing": Kind(
        "error",
        N_("There is no configuration file here."),
        N_("Run the command in the folder that holds mkdocs.yml, or name it with -f."),
    ),
    "configuration-not-yaml": Kind(
        "error",
        N_("The configuration cannot be read: {reason}."),
        N_("Correct the YAML at that line."),
    ),
    "configuration-value": Kind(
        "error",
        N_("“{key}” has a value that cannot be used: {value}."),
        N_("Expected {expected}."),
    ),
    "configuration-no-content": Kind(
        "error",
        N_("The content folder “{folder}” does not exist."),
        N_("Create it, or correct “docs_dir” in mkdocs.yml."),
    ),
    "configuration-folders-overlap": Kind(
        "error",
        N_("The site folder “{site}” and the content folder “{content}” are inside one another."),
        N_("Choose a “site_dir” outside “docs_dir”, for example build/site: files of the site folder are replaced."),
    ),
    "extra-not-local": Kind(
        "warning",
        N_("“{key}” names “{value}”, which is not a file of the content folder."),
        N_("Put a copy of the file there: readers have no network."),
    ),
    "site-folder-foreign": Kind(
        "error",
        N_("The folder “{folder}” holds files that Canoa did not write; the site was not written there."),
        N_("Choose another “site_dir” in mkdocs.yml, or empty that folder yourself."),
    ),
    "extension-unavailable": Kind(
        "warning",
        N_("The Markdown extension “{name}” could not be loaded: {reason}."),
        N_("Install it, or take it out of “markdown_extensions”."),
    ),
    # --- blocks ------------------------------------------------------------------------------------------------
    "block-unknown": Kind(
        "error",
        N_("There is no block called “{name}”."),
        N_("Did you mean “{suggestion}”? Known blocks: {known}."),
    ),
    "block-unclosed": Kind(
        "error",
        N_("The block “{name}” is never closed."),
        N_("Write a line with only “///” after its last line, with a blank line before it."),
    ),
    "block-close-without-open": Kind(
        "error",
        N_("“///” closes a block that was never opened."),
        N_("Remove the line, or check the block above it."),
    ),
    "block-close-glued": Kind(
        "warning",
        N_("There is no blank line before the “///” that closes “{name}”."),
        N_("Leave a blank line: other Markdown viewers glue it to the last item otherwise."),
    ),
    "block-options-not-yaml": Kind(
        "error",
        N_("The options of the block “{name}” cannot be read: {reason}."),
        N_("Indent them by four spaces directly under the header, one “key: value” per line."),
    ),
    "block-options-indent": Kind(
        "warning",
        N_("This line looks like an option of “{name}”, but it is not indented by four spaces."),
        N_("Indent it by exactly four spaces, directly under the block's header."),
    ),
    "block-options-blank": Kind(
        "error",
        N_("The options of “{name}” are separated from its header by a blank line, so they are not read."),
        N_("Remove the blank line: options stand directly under the header."),
    ),
    "block-title-missing": Kind(
        "error",
        N_("The block “{name}” needs a title."),
        N_("Write it on the same line, after a bar: “/// {name} | Title”."),
    ),
    "block-title-unused": Kind(
        "warning",
        N_("The block “{name}” shows no title; “{title}” was left out."),
        N_("Move the text to the line below."),
    ),
    "block-option-unknown": Kind(
        "error",
        N_("The block “{name}” has no option “{option}”."),
        N_("Did you mean “{suggestion}”? Its options: {known}."),
    ),
    "block-option-value": Kind(
        "error",
        N_("The option “{option}” of “{name}” cannot be “{value}”."),
        N_("Expected {expected}."),
    ),
    "block-id-duplicate": Kind(
        "error",
        N_("The block id “{id}” is used more than once; also in “{other}”."),
        N_("Learners' answers are kept under it: delete one of the two, and “canoa fmt --ids” writes another."),
    ),
    "block-nested-wrong": Kind(
        "error",
        N_("The block “{name}” only works inside “{parent}”."),
        N_("Move it there."),
    ),
    "block-literal": Kind(
        "error",
        N_("“{text}” was not understood as a block and would appear as plain text."),
        N_("Leave a blank line before it, and check its name and options."),
    ),
    # --- questions ---------------------------------------------------------------------------------------------
    "question-no-right-answer": Kind(
        "error",
        N_("The question “{title}” has no right answer."),
        N_("Mark at least one option with [x]."),
    ),
    "question-few-options": Kind(
        "error",
        N_("The question “{title}” has fewer than two options."),
        N_("Write at least two lines “- [ ] …”, one of them with [x]."),
    ),
    "question-one-right-answer": Kind(
        "error",
        N_("The question “{title}” must have exactly one right answer."),
        N_("Mark exactly one of “Verdadeiro” and “Falso” with [x]."),
    ),
    "question-no-prompt": Kind(
        "warning",
        N_("The question “{title}” asks nothing: it has no text before its options."),
        N_("Write the question between the header and the first option."),
    ),
    "question-all-right": Kind(
        "warning",
        N_("Every option of “{title}” is right."),
        N_("Leave at least one option with [ ], so that there is something to choose."),
    ),
    "short-answer-empty": Kind(
        "error",
        N_("“{title}” has no accepted answer."),
        N_("List the accepted answers, one “- …” per line."),
    ),
    "numeric-answer": Kind(
        "error",
        N_("“{title}” needs exactly one number as its answer."),
        N_("Write one line such as “- 36” or “- 0,5”."),
    ),
    "ordering-items": Kind(
        "error",
        N_("“{title}” needs at least two numbered steps."),
        N_("Write them in the right order: “1. …”, “2. …”."),
    ),
    "matching-table": Kind(
        "error",
        N_("“{title}” needs a table of two columns and at least two rows."),
        N_("Write the pairs as a table: the software shuffles the second column."),
    ),
    "gaps-missing": Kind(
        "error",
        N_("“{title}” has no gap."),
        N_("Write each gap as [[answer]] or [[answer|another accepted]]."),
    ),
    # --- cases -------------------------------------------------------------------------------------------------
    "case-no-stages": Kind(
        "error",
        N_("The case “{title}” has no stages."),
        N_("Write each stage under a heading with a name: “#### Chegada {{#chegada}}”."),
    ),
    "case-stage-without-id": Kind(
        "error",
        N_("The stage “{stage}” has no name to link to."),
        N_("Add one to its heading: “#### {stage} {{#{suggestion}}}”."),
    ),
    "case-start-unknown": Kind(
        "error",
        N_("The case “{title}” starts at “{stage}”, which is not one of its stages."),
        N_("Write one of these in “inicio”: {known}."),
    ),
    "case-link-unknown": Kind(
        "error",
        N_("The stage “{stage}” leads to “{target}”, which is not a stage of this case."),
        N_("Stages of this case: {known}."),
    ),
    "case-stage-unreachable": Kind(
        "error",
        N_("No path of the case “{title}” reaches the stage “{stage}”."),
        N_("Link to it from another stage, or remove it."),
    ),
    "case-stage-dead-end": Kind(
        "error",
        N_("The stage “{stage}” leads nowhere and does not say that the case ends there."),
        N_("Add decisions, or write “**Fim do caso.**” in it."),
    ),
    "case-team-unknown": Kind(
        "error",
        N_("The team's path in the case “{title}” names “{stage}”, which is not one of its stages."),
        N_("Write the names of these stages in “equipe”: {known}."),
    ),
    "case-team-start": Kind(
        "error",
        N_("The team's path in the case “{title}” begins at “{stage}”, but the case starts at “{start}”."),
        N_("Write “{start}” first in “equipe”."),
    ),
    "case-team-step": Kind(
        "error",
        N_("The team's path in the case “{title}” goes from “{stage}” to “{target}”, which no decision joins."),
        N_("Add the stages between them to “equipe”, or a link from one to the other."),
    ),
    "case-team-end": Kind(
        "error",
        N_("The team's path in the case “{title}” stops at “{stage}”, where the case does not end."),
        N_("Go on in “equipe” to a stage that says “**Fim do caso.**”."),
    ),
    # --- writing -----------------------------------------------------------------------------------------------
    "worksheet-table": Kind(
        "error",
        N_("The worksheet “{title}” has no table."),
        N_("Write a table: its header gives the columns, its rows are examples."),
    ),
    "worksheet-column-type": Kind(
        "error",
        N_("The column “{column}” has an unknown kind, “{value}”."),
        N_("Use [data], [número], [texto], or choices separated by commas."),
    ),
    "checklist-empty": Kind(
        "error",
        N_("The checklist “{title}” has no items."),
        N_("Write one “- [ ] …” per item."),
    ),
    # --- evaluation --------------------------------------------------------------------------------------------
    "survey-no-items": Kind(
        "error",
        N_("The evaluation “{title}” has no items."),
        N_("Write one list item per question, with its kind at the end: “1. … [escala]”."),
    ),
    "survey-item-type": Kind(
        "error",
        N_("The item “{item}” asks for an unknown kind of answer, “{value}”."),
        N_("The closest is [{suggestion}]; there are also [sim, não], [várias: a, b], [número] and [texto]."),
    ),
    "survey-scale-ends": Kind(
        "error",
        N_("The scale of “{item}” does not say what its two ends mean."),
        N_("Write both, with “…” between them: [escala: nunca … sempre]."),
    ),
    "survey-scale-steps": Kind(
        "error",
        N_("The scale of “{item}” cannot go {written}."),
        N_("Use from 2 to 11 steps, upwards, as in [escala 0-10: nada … muito]."),
    ),
    "survey-few-choices": Kind(
        "error",
        N_("The item “{item}” offers fewer than two choices."),
        N_("Separate the choices by commas: [sim, não]."),
    ),
    "survey-item-without-code": Kind(
        "warning",
        N_("The item “{item}” has no code."),
        N_("Add one at its end, “{{#{suggestion}}}”: answers are paired and counted by it."),
    ),
    "survey-code-wrong": Kind(
        "error",
        N_("The code “{code}” of the item “{item}” cannot be used."),
        N_("Use letters without accents, digits and hyphens, as in “{{#pratica-1}}”."),
    ),
    "survey-code-duplicate": Kind(
        "error",
        N_("Two items have the code “{code}”."),
        N_("Give the second one another code."),
    ),
    # --- media -------------------------------------------------------------------------------------------------
    "media-no-file": Kind(
        "error",
        N_("The media block “{title}” names no video and no audio."),
        N_("Write “video: file.mp4” or “audio: file.mp3” in its options."),
    ),
    "media-no-transcript": Kind(
        "warning",
        N_("The media block “{title}” has no transcript."),
        N_("Add “/// transcricao” inside it: most readers cannot download the media."),
    ),
    "media-no-captions": Kind(
        "warning",
        N_("The video of “{title}” has no captions."),
        N_("Add “legendas: file.vtt” to its options."),
    ),
    "media-external": Kind(
        "warning",
        N_("“{target}” would be loaded from another site and was replaced by a link."),
        N_("Put a copy of the file beside the text: readers have no network."),
    ),
    "media-captions-format": Kind(
        "warning",
        N_("The captions “{target}” are not a WebVTT file."),
        N_("Save them as .vtt: the first line of the file is “WEBVTT”."),
    ),
    # --- links, images, HTML -----------------------------------------------------------------------------------
    "link-broken": Kind(
        "warning",
        N_("The link to “{target}” leads to no file."),
        N_("Correct the path; it is relative to this file."),
    ),
    "link-anchor": Kind(
        "warning",
        N_("The link “{target}” leads to a heading that does not exist."),
        N_("Check the part after “#” against the headings of the page it leads to."),
    ),
    "link-outside": Kind(
        "warning",
        N_("The link “{target}” leads out of the content folder."),
        N_("Put the file inside the content folder and link to it there."),
    ),
    "link-scheme": Kind(
        "error",
        N_("The link “{target}” was removed: it could run code."),
        N_("Link to a page, a file, http, https, mailto or tel."),
    ),
    "image-missing": Kind(
        "warning",
        N_("The image “{target}” does not exist."),
        N_("Put the file beside the text, or correct the path."),
    ),
    "image-external": Kind(
        "warning",
        N_("The image “{target}” comes from another site and was replaced by a link."),
        N_("Put a copy of the image beside the text: readers have no network."),
    ),
    "image-no-alt": Kind(
        "warning",
        N_("The image “{target}” has no description."),
        N_("Say between the brackets what it shows: ![a description](file.png)."),
    ),
    "html-removed": Kind(
        "warning",
        N_("HTML was removed from this page: {what}."),
        N_("Write it in Markdown, or set “allow_html: true” in mkdocs.yml if you trust every author."),
    ),
    "html-id-duplicate": Kind(
        "warning",
        N_("“{id}” names two places of this page."),
        N_("Give each heading and each block a name of its own."),
    ),
    "heading-level-one": Kind(
        "warning",
        N_("This page has a second title, “{title}”."),
        N_("Start the sections with “##”: the title of the page comes from the header."),
    ),
    "math-invalid": Kind(
        "warning",
        N_("The formula “{text}” cannot be read: {reason}."),
        N_("Check its LaTeX."),
    ),
}
