"""What people ask for under their rights, from the question to the answer.

codes        one-time codes that prove a way of contact
intake       a request begins, with the clock of its law
steps        the log of what was done, and the sealed words of a request
clocks       extending, waiting for a proof, reminding staff
rectifying   corrections that were proposed, accepted or not
running      doing what was asked: each right once, however often it is tried
copies       the file with everything we know of a person
erasures     forgetting somebody, and the certificate
closing      answers, refusals, taking a request back
letters      what the person is told meanwhile
"""
