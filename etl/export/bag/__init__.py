"""Bags (BagIt, RFC 8493): captures, records, events and metadata for other archives (docs/exports.md)."""
