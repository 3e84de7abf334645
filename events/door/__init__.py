"""The tracking door: what Segment and RudderStack clients speak to, as a WSGI callable in front of Django.

application  addresses, and the course of a request
reading      the body: bounded, inflated
keys         who sends: credentials and the remembered write keys
answers      JSON answers, CORS
browser      what the browser client loads before it sends
"""
