"""One Markdown text becomes one page: HTML, headings, links, blocks, problems.  Knows no site on disk."""
