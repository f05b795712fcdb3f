"""The one shape of an error: RFC 9457 problem details for programs, a page with the same words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field, and what to do about it. `field` is the name that the client sent."""

    field: str
    message: Any


@dataclass(frozen=True)
class Problem:
    """`slug` is the stable end of the problem's type URI; `title` and `detail` may be lazy translations."""

    status: int
    slug: str
    title: Any
    detail: Any
    fields: Sequence[FieldProblem] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def body(self, correlation_id: str | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:sankalp:problem:{self.slug}",
            "title": str(self.title),
            "status": self.status,
            "detail": str(self.detail),
        }
        if self.fields:
            body["errors"] = [{"field": f.field, "message": str(f.message)} for f in self.fields]
        if correlation_id:
            body["correlation_id"] = correlation_id
        return {**body, **self.extra}


class ProblemError(Exception):
    """Raised at the edge to answer with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.slug)
        self.problem = problem
