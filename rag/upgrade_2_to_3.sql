-- Brings a catalog of schema 2 to schema 3: near-identical articles are linked into stories, at the next ingest.
CREATE TABLE stories (
    article INTEGER PRIMARY KEY REFERENCES articles (number) ON DELETE CASCADE,
    story   TEXT NOT NULL
) STRICT;
CREATE INDEX stories_by_story ON stories (story);
CREATE TABLE story_keys (
    key     INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_keys_by_article ON story_keys (article);
