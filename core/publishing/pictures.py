"""Which figures a report has, known from its paper file alone, without drawing any."""

from __future__ import annotations

from core.evidence.claims import Paper, Picture

VERDICTS = "verdicts"  # the id of the picture of the verdicts


def pictures(paper: Paper, verdicts: Picture) -> list[Picture]:
    """Every figure of a report: those that the paper file has words for, the card, and the picture of the verdicts."""
    card = Picture(
        id=paper.card.picture,
        title=paper.reproduction.title,
        says=paper.card.asks,
        caption="",
        alt=paper.card.alt,
        keys=[paper.paper.key],
    )
    explained = paper.explanation.figure if paper.explanation else ""
    known = [picture.id for picture in paper.figure]
    more = [card] if card.id not in known else []
    if explained and explained not in [*known, card.id]:
        title = "The argument, drawn"
        more.append(Picture(id=explained, title=title, caption="", alt=paper.card.alt, keys=[paper.paper.key]))
    return [*more, *paper.figure, verdicts]
