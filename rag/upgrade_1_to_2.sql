-- Brings a catalog of schema 1 to schema 2: words are also found in whole articles.
CREATE VIRTUAL TABLE article_words USING fts5 (
    title, text, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO article_words (rowid, title, text) SELECT number, title, text FROM articles;
