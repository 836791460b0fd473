print("pgradient")
