"""The site where people look at the shares, correct the readings and approve quotations.

A Django project with one app. :mod:`signalread.review.site` turns it on; nothing here is imported
by the stages below.
"""
