"""The speed of a whole crawl, side by side with what an engineer would write instead: `python -m bench.pipeline`.

| module | what is in it |
| --- | --- |
| site | the invented site that is crawled: rendered once, served by a separate process |
| usage | time, CPU and memory of a command and of the servers that it uses |
| peer | the other crawler: Scrapy, and trafilatura in two processes |
"""
