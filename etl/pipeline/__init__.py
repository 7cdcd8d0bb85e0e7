"""The stages of a crawl, as a DAG's tasks and the command line run them: list, plan, crawl batches, reconcile."""
