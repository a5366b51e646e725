"""The tables of the embedded server's state. Times are epoch seconds; `document` is JSON."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,
    role TEXT NOT NULL, timezone TEXT NOT NULL, password TEXT NOT NULL, created REAL NOT NULL, updated REAL);
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    workspace TEXT, scope TEXT NOT NULL, created REAL NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS workspace (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT, created REAL NOT NULL, updated REAL,
    created_by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS workspace_member (
    workspace TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL, added_by TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (workspace, person));
CREATE TABLE IF NOT EXISTS teamspace (
    id TEXT PRIMARY KEY, workspace TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, icon TEXT,
    visibility TEXT NOT NULL, description TEXT, created REAL NOT NULL, updated REAL, created_by TEXT NOT NULL,
    UNIQUE (workspace, name));
CREATE TABLE IF NOT EXISTS teamspace_member (
    teamspace TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL, added_by TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (teamspace, person));
CREATE TABLE IF NOT EXISTS asset (
    id TEXT PRIMARY KEY, workspace TEXT NOT NULL, teamspace TEXT NOT NULL, path TEXT NOT NULL, parent TEXT NOT NULL,
    name TEXT NOT NULL, type TEXT NOT NULL, backing TEXT NOT NULL, mime TEXT, description TEXT, size INTEGER NOT NULL,
    uri TEXT NOT NULL, schema TEXT, created REAL NOT NULL, updated REAL, created_by TEXT NOT NULL,
    UNIQUE (teamspace, path));
CREATE INDEX IF NOT EXISTS asset_by_parent ON asset (teamspace, parent, created);
CREATE INDEX IF NOT EXISTS asset_by_workspace ON asset (workspace);
CREATE TABLE IF NOT EXISTS asset_metadata (
    asset TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY (asset, key));
CREATE TABLE IF NOT EXISTS asset_property (
    asset TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (asset, key));
CREATE TABLE IF NOT EXISTS activity (
    id TEXT PRIMARY KEY, workspace TEXT NOT NULL, teamspace TEXT, person TEXT NOT NULL, action TEXT NOT NULL,
    object_type TEXT NOT NULL, object_id TEXT NOT NULL, document TEXT NOT NULL, recorded REAL NOT NULL);
CREATE INDEX IF NOT EXISTS activity_by_time ON activity (workspace, recorded);
CREATE INDEX IF NOT EXISTS activity_by_object ON activity (object_id, recorded);
CREATE TABLE IF NOT EXISTS task (
    id TEXT PRIMARY KEY, graph TEXT, node TEXT, tenant TEXT NOT NULL, space TEXT, name TEXT NOT NULL,
    person TEXT NOT NULL, kind TEXT NOT NULL, asset TEXT, cpu INTEGER NOT NULL, memory INTEGER NOT NULL,
    submitted REAL NOT NULL, starts REAL NOT NULL, ends REAL NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL,
    code TEXT);
CREATE INDEX IF NOT EXISTS task_by_tenant ON task (tenant, submitted);
CREATE INDEX IF NOT EXISTS task_by_graph ON task (graph);
CREATE TABLE IF NOT EXISTS graph (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL,
    submitted REAL NOT NULL, stopped REAL, nodes TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS graph_by_tenant ON graph (tenant, submitted);
CREATE TABLE IF NOT EXISTS schedule (
    tenant TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL, every REAL NOT NULL, due REAL NOT NULL,
    nodes TEXT NOT NULL, PRIMARY KEY (tenant, name));
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, created REAL NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (kind, scope, name));
CREATE INDEX IF NOT EXISTS record_by_id ON record (kind, id);
"""
