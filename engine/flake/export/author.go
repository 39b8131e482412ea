package export

import (
	"cmp"
	"time"

	"lethe/engine/config"
)

// AuthorFor names the first administrator of the wishes as the author of a generated repository.
func AuthorFor(c config.Config, when time.Time) Author {
	c = c.WithDefaults()
	user, found := c.Administrator()
	if !found {
		return Author{When: when}
	}
	return Author{Name: cmp.Or(user.FullName, user.Name), Email: user.Name + "@" + c.Host.Name, When: when}
}
