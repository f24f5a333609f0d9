"""An answer as a LangChain message whose text carries standard citation annotations."""

from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.content import create_citation, create_text_block

from rag.types import Answer, Usage


def as_message(answer: Answer) -> AIMessage:
    """The answer's text as one block; each citation points at the claim that it carries.

    `start_index` and `end_index` are offsets into the message; `cited_text` is the quote, and `extras` holds
    what finds it in the library: `article_id`, `start` and `end` (offsets into the article), `source` and
    `published`. An abstention has no annotations; `response_metadata` says whether it is one, and why, which
    language model worded the answer, if one did, and the answer's notes; `usage_metadata` what that took.
    """
    annotations, position = [], 0
    for claim in answer.claims:
        end = position + len(claim.text)
        for index in claim.citations:
            citation = answer.citations[index]
            published = citation.article.published
            annotations.append(
                create_citation(
                    url=citation.article.url,
                    title=citation.article.title,
                    start_index=position,
                    end_index=end,
                    cited_text=citation.quote,
                    article_id=citation.article.id,
                    start=citation.span.start,
                    end=citation.span.end,
                    source=citation.article.source,
                    published=published.isoformat() if published else None,
                )
            )
        position = end + 1
    block = create_text_block(answer.text, annotations=list(annotations))
    reason = answer.abstention.reason.value if answer.abstention else None
    told = {"abstained": answer.abstention is not None, "reason": reason}
    return AIMessage(
        content_blocks=[block],
        response_metadata={**told, "model": answer.model, "notes": list(answer.notes)},
        usage_metadata=answer.usage and _usage_metadata(answer.usage),
    )


def _usage_metadata(usage: Usage) -> UsageMetadata:
    total = usage.input_tokens + usage.output_tokens
    return UsageMetadata(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, total_tokens=total
    )
