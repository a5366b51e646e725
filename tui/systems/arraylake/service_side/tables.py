"""The tables of the embedded service's state. Times are texts as the wire has them; metadata and such are JSON."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, family_name TEXT);
CREATE TABLE IF NOT EXISTS organisation (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (
    org TEXT NOT NULL, principal TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (org, principal));
CREATE TABLE IF NOT EXISTS api_key (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, email TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL, expiration INTEGER NOT NULL, last_used TEXT, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS login (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, refresh_hash TEXT NOT NULL UNIQUE, revoked INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bucket (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, nickname TEXT NOT NULL, platform TEXT NOT NULL, name TEXT NOT NULL,
    prefix TEXT NOT NULL, extra_config TEXT NOT NULL, auth_config TEXT, is_default INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, created_by TEXT, UNIQUE (org, nickname));
CREATE TABLE IF NOT EXISTS repository (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, name TEXT NOT NULL, bucket TEXT, prefix TEXT NOT NULL, kind TEXT NOT NULL,
    description TEXT, metadata TEXT, visibility TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    created_by TEXT, status TEXT NOT NULL, optimization TEXT NOT NULL, UNIQUE (org, name));
CREATE INDEX IF NOT EXISTS repository_by_update ON repository (org, updated DESC, id);
CREATE INDEX IF NOT EXISTS repository_by_bucket ON repository (bucket);
CREATE TABLE IF NOT EXISTS chunk_container (
    repository TEXT NOT NULL, url_prefix TEXT NOT NULL, nickname TEXT, PRIMARY KEY (repository, url_prefix));
CREATE TABLE IF NOT EXISTS chunk_policy (
    org TEXT NOT NULL, bucket TEXT NOT NULL, subprefix TEXT NOT NULL, public INTEGER NOT NULL, created TEXT NOT NULL,
    created_by TEXT NOT NULL, PRIMARY KEY (org, bucket, subprefix, public));
CREATE TABLE IF NOT EXISTS node (
    repository TEXT NOT NULL, branch TEXT NOT NULL, path TEXT NOT NULL, node TEXT NOT NULL,
    PRIMARY KEY (repository, branch, path));
CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (bucket, key)) WITHOUT ROWID;
"""
