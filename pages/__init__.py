"""The pages. Scripts lie one folder down: directly in here they would fight ``st.navigation``."""
