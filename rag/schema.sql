-- The catalog's tables: the truth of a library; everything else in it can be rebuilt from here.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE articles (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    title     TEXT NOT NULL,
    source    TEXT,
    url       TEXT,
    published TEXT,                     -- ISO date: sorts and compares as text
    text      TEXT NOT NULL,
    text_hash TEXT NOT NULL UNIQUE,     -- identical texts are stored once
    hash      TEXT NOT NULL,            -- of everything above, to see what changed
    origin    TEXT NOT NULL             -- the file it came from
) STRICT;
CREATE INDEX articles_by_origin ON articles (origin);
CREATE INDEX articles_by_published ON articles (published);
CREATE INDEX articles_by_source ON articles (source);

-- Articles whose text is already stored under another id; one of them takes over when that one goes.
CREATE TABLE copies (
    id        TEXT PRIMARY KEY,
    title     TEXT NOT NULL,
    source    TEXT,
    url       TEXT,
    published TEXT,
    hash      TEXT NOT NULL,
    origin    TEXT NOT NULL,
    article   INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE
) STRICT;
CREATE INDEX copies_by_article ON copies (article);
CREATE INDEX copies_by_origin ON copies (origin);

-- Files whose every article is in the catalog, to pass over them when they did not change.
CREATE TABLE files (
    path   TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE passages (
    number  INTEGER PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    start   INTEGER NOT NULL,
    stop    INTEGER NOT NULL
) STRICT;
CREATE INDEX passages_by_article ON passages (article, start);

-- Contentless: the words of each passage and its article's title, found by passages.number.
CREATE VIRTUAL TABLE passage_words USING fts5 (
    title, text, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);

-- Contentless: the words of each whole article, found by articles.number.
CREATE VIRTUAL TABLE article_words USING fts5 (
    title, text, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);

-- Which articles tell one story: wire copies, and an article with its updates. An article that is in no row
-- here has not been compared yet.
CREATE TABLE stories (
    article INTEGER PRIMARY KEY REFERENCES articles (number) ON DELETE CASCADE,
    story   TEXT NOT NULL               -- the text hash of the article that began it
) STRICT;
CREATE INDEX stories_by_story ON stories (story);

-- What articles of one story have in common most likely: keys of their MinHash bands.
CREATE TABLE story_keys (
    key     INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_keys_by_article ON story_keys (article);
