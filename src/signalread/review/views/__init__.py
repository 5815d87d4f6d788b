"""What each address answers: a view asks the modules beside this folder and shows a page."""
