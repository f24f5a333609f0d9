"""The routes of the Evaluate tab: its page, what it shows and does; the guard stands before them."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from rag.errors import DatelineError
from ui.evaluations import Evaluations

HERE = Path(__file__).parent
KINDS = {"evaluate.html": "text/html", "evaluate.js": "text/javascript", "evaluate.css": "text/css"}


def add_evaluate_routes(app: FastAPI, evaluations: Evaluations) -> None:
    """Adds them; whatever can be refused is answered with status 400 and one sentence."""

    @app.get("/evaluate")
    def page() -> Response:
        return _own("evaluate.html")

    @app.get("/evaluate/evaluate.js")
    def script() -> Response:
        return _own("evaluate.js")

    @app.get("/evaluate/evaluate.css")
    def style() -> Response:
        return _own("evaluate.css")

    @app.get("/evaluate/state")
    def state() -> Response:
        return JSONResponse(
            {
                "gold_sets": evaluations.gold_sets(),
                "runs": evaluations.runs(),
                "progress": asdict(evaluations.progress),
            }
        )

    @app.get("/evaluate/report/{run}")
    def report(run: str) -> Response:
        # The guard puts every report into a sandbox of its own: it holds the words of articles.
        return _refusing(lambda: FileResponse(evaluations.report(run), media_type="text/html; charset=utf-8"))

    @app.post("/evaluate/gold/{name}")
    async def upload(name: str, request: Request) -> Response:
        content = await request.body()
        return await run_in_threadpool(
            _refusing, lambda: JSONResponse({"notices": evaluations.add_gold(name, content)})
        )

    @app.post("/evaluate/start")
    async def start(request: Request) -> Response:
        try:
            asked: Any = await request.json()
        except ValueError:
            asked = None
        gold, against = (asked.get("gold"), asked.get("against")) if isinstance(asked, dict) else (None, None)
        if not isinstance(gold, str) or not isinstance(against, str | None):
            return _refused("Name a gold set.")

        def begin() -> Response:
            return JSONResponse({"run": evaluations.start(gold, against or None)})

        return await run_in_threadpool(_refusing, begin)

    @app.post("/evaluate/stop")
    def stop() -> Response:
        evaluations.stop()
        return JSONResponse({})


def _own(name: str) -> Response:
    return FileResponse(HERE / name, media_type=f"{KINDS[name]}; charset=utf-8")


def _refusing(make: Callable[[], Response]) -> Response:
    try:
        return make()
    except DatelineError as error:
        return _refused(str(error))


def _refused(sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=400)
