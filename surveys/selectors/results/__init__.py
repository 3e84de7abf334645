"""Results, counted by SQL over the answers; nothing is cached.

scope      which answers are looked at: filters as SQL, for known people's answers and anonymous ones alike
counting   how many of each answer, in all, by group and by period
seeing     how many were shown each question, by the conditions of its version
overview   every question of a questionnaire in figures
comparing  one question over time, by group, beside another question
guarding   which filters anonymous answers may be seen through
reach      who was asked, who began, who finished; whether those who answered are like those who were asked
scores     sums over answers that people reached
standing   how likely customers are to recommend the shop, lately: for Home
words      what was written, and what was refused
telling    all of it as a JSON value, for REST
"""
