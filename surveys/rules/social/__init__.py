"""What people do on social platforms, as any door tells it.

figures   how many follow somebody, as exports write it
naming    which identifier somebody's name on a platform is
opening   whether an act opens a ticket
reading   one act out of what a row, a body or an event says
"""
