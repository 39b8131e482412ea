package export

import (
	"cmp"
	"time"

	"lethe/engine/config"
)

// AuthorFor names the first user of the wishes as the author of a generated repository.
func AuthorFor(c config.Config, when time.Time) Author {
	c = c.WithDefaults()
	if len(c.Users) == 0 {
		return Author{When: when}
	}
	user := c.Users[0]
	return Author{Name: cmp.Or(user.FullName, user.Name), Email: user.Name + "@" + c.Host.Name, When: when}
}
